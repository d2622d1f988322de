// Who looks, and what they may do; for screens inside the shell, where somebody is signed in.
import { useSuspenseQuery } from "@tanstack/react-query";
import type { ViewerQuery } from "../generated/shell";
import { Refused } from "./execute";
import { queryClient, viewerQuery } from "./queries";

export type Viewer = ViewerQuery["viewer"];

export interface Me {
  viewer: Viewer;
  /** Whether they may do this anywhere; `teams.update:own` counts only where `own` is said. */
  may: (operation: string, own?: boolean) => boolean;
}

export function useMe(): Me {
  const { data } = useSuspenseQuery(viewerQuery);
  return { viewer: data, may: (operation, own) => mayDo(data, operation, own) };
}

export function mayDo(viewer: Viewer, operation: string, own = false): boolean {
  return viewer.operations.includes(operation) || (own && viewer.operations.includes(`${operation}:own`));
}

/** For a route: throws Refused where the one who looks may not, which shows the page that says so. */
export async function need(operation: string): Promise<void> {
  const viewer = await queryClient.ensureQueryData(viewerQuery);
  if (!mayDo(viewer, operation)) throw new Refused("Your role does not allow this.", "NOT_PERMITTED");
}
