// What happened in the account: the audit trail, with its filters in the address.
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { part } from "../../api/part";
import { need } from "../../api/viewer";
import { shellRoute } from "../../shell/route";
import { ACTION_CHOICES, type ActivitySearch, DAYS, OBJECTS } from "./filters";

const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);
const day = (value: unknown) => (/^\d{4}-\d\d-\d\d$/.test(String(value)) ? String(value) : undefined);
const choice = (choices: { value: string }[], value: unknown) => choices.find((one) => one.value === value)?.value;

export const activityRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/activity",
  validateSearch: (search): ActivitySearch => ({
    search: text(search.search),
    actor: text(search.actor),
    action: choice(ACTION_CHOICES, search.action),
    object: choice(OBJECTS, search.object),
    days: choice(DAYS, search.days),
    from: day(search.from),
    to: day(search.to),
    event: text(search.event),
  }),
  beforeLoad: () => need("audit.read"),
  component: lazyRouteComponent(() => part(() => import("./Activity")), "Activity"),
});
