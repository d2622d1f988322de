// GraphiQL on one's own session: it may do what one may, and nothing leaves this server.
import "./workers";
import "graphiql/style.css";
import { useGraphiQL } from "@graphiql/react";
import { Button, useComputedColorScheme } from "@mantine/core";
import { GraphiQL } from "graphiql";
import { useState } from "react";
import { send } from "../../api/execute";
import { save } from "../../kit/csv";
import { Icon } from "../../kit/icons";
import { Page } from "../../kit/Page";
import { failed } from "../../kit/told";
import styles from "./Explore.module.css";
import { EXAMPLES, type Example } from "./examples";

interface Asked {
  query: string;
  operationName?: string | null;
  variables?: unknown;
}

// GraphiQL learns the operations' names a moment after they are typed: one that is gone by now is not asked for.
const fetcher = async ({ query, operationName, variables }: Asked) => {
  const isThere = operationName && new RegExp(`\\b${operationName}\\b`).test(query);
  return (await send("/graphql", { query, operationName: isThere ? operationName : undefined, variables })).json();
};

const HELLO = EXAMPLES[0]?.query;

export function Explore() {
  const scheme = useComputedColorScheme("light");
  const [isBusy, setBusy] = useState(false);
  const download = async () => {
    setBusy(true);
    try {
      save("muster.graphql", await schemaText(), "text/plain;charset=utf-8");
    } catch (problem) {
      failed(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Page
      title="Explore"
      note="GraphQL, signed in as you"
      width="list"
      actions={
        <Button variant="default" leftSection={<Icon name="download" size={14} />} loading={isBusy} onClick={download}>
          Download schema
        </Button>
      }
    >
      <div className={styles.explorer}>
        <GraphiQL
          fetcher={fetcher}
          forcedTheme={scheme}
          defaultQuery={HELLO}
          isHeadersEditorEnabled={false}
          plugins={[EXAMPLES_PLUGIN]}
          shouldPersistHeaders={false}
        >
          <GraphiQL.Logo>
            <span />
          </GraphiQL.Logo>
        </GraphiQL>
      </div>
    </Page>
  );
}

const EXAMPLES_PLUGIN = {
  title: "Examples",
  icon: () => <Icon name="book-open" size={20} />,
  content: Examples,
};

function Examples() {
  const editor = useGraphiQL((state) => state.queryEditor);
  const load = (example: Example) => editor?.setValue(example.query);
  return (
    <div>
      <h2 className={styles.title}>Examples</h2>
      <ul className={styles.examples}>
        {EXAMPLES.map((example) => (
          <li key={example.title}>
            <button type="button" onClick={() => load(example)}>
              <strong>{example.title}</strong>
              <span>{example.about}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

async function schemaText(): Promise<string> {
  const { buildClientSchema, getIntrospectionQuery, printSchema } = await import("graphql");
  const answer = await fetcher({ query: getIntrospectionQuery() });
  return `${printSchema(buildClientSchema(answer.data))}\n`;
}
