// Something could not be shown: in words, with the request's id where the fault is the server's, and a way on.
import { Button } from "@mantine/core";
import { Copy } from "./Copy";
import { Empty } from "./Empty";
import { inWords } from "./told";

export function Problem({ problem, retry }: { problem: unknown; retry?: () => void }) {
  const { sentence, requestId } = inWords(problem);
  return (
    <div role="alert">
      <Empty
        icon="circle-alert"
        title="This can't be shown"
        action={
          retry && (
            <Button variant="default" onClick={retry}>
              Try again
            </Button>
          )
        }
      >
        {sentence}
        {requestId && (
          <>
            <br />
            Request <span className="mono">{requestId}</span> <Copy value={requestId} label="request id" />
          </>
        )}
      </Empty>
    </div>
  );
}
