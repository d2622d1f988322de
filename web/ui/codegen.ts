// Types and documents from the committed schema and the .graphql files of each screen: `make codegen`.
import { readdirSync } from "node:fs";
import type { CodegenConfig } from "@graphql-codegen/cli";

// One file for each screen: a document is loaded with the screen that asks it.
const folders = ["shell", ...readdirSync("src/screens").map((name) => `screens/${name}`)];
const asking = folders.filter((folder) => readdirSync(`src/${folder}`).some((name) => name.endsWith(".graphql")));

const config: CodegenConfig = {
  schema: process.env.MUSTER_SCHEMA ?? "../../graphql_api/schema.graphql",
  config: {
    // Documents as strings: no part of the graphql package is in what a browser loads.
    documentMode: "string",
    enumsAsTypes: true,
    useTypeImports: true,
    defaultScalarType: "unknown",
    scalars: { ISO8601DateTime: "string" },
  },
  generates: Object.fromEntries(
    asking.map((folder) => [
      `src/generated/${folder.replace("screens/", "")}.ts`,
      { documents: [`src/${folder}/*.graphql`], plugins: ["typescript-operations", "typed-document-node"] },
    ]),
  ),
};

export default config;
