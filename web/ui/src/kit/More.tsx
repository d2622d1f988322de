// The next page of a list that is no table.
import { Button } from "@mantine/core";

export function More({ list }: { list: { hasMore: boolean; more: () => void } }) {
  if (!list.hasMore) return null;
  return (
    <Button variant="default" mt="md" onClick={list.more}>
      Show more
    </Button>
  );
}
