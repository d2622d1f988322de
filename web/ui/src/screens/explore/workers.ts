// The editor's own threads, from our own origin: the content security policy allows no other.
import EditorWorker from "monaco-editor/esm/vs/editor/editor.worker.js?worker";
import JsonWorker from "monaco-editor/esm/vs/language/json/json.worker.js?worker";
import GraphqlWorker from "monaco-graphql/esm/graphql.worker.js?worker";

const WORKERS: Record<string, new () => Worker> = { json: JsonWorker, graphql: GraphqlWorker };

const environment = { getWorker: (_: unknown, label: string) => new (WORKERS[label] ?? EditorWorker)() };

Object.assign(globalThis, { MonacoEnvironment: environment });
