// The entry: styles in their order, the providers, the router.
import "./mantine.css";
import "./theme.css";
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Refused } from "./api/execute";
import { queryClient } from "./api/queries";
import { router } from "./router";
import { theme, variables } from "./theme";

const schemes = localStorageColorSchemeManager({ key: "muster-color-scheme" });
const place = document.getElementById("app");

// What the server refused is on the screen, in words; only faults of our own belong to the console.
const onCaughtError = (problem: unknown) => {
  if (!(problem instanceof Refused)) reportError(problem);
};

if (place)
  createRoot(place, { onCaughtError }).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={variables}
        defaultColorScheme="auto"
        colorSchemeManager={schemes}
      >
        <QueryClientProvider client={queryClient}>
          <Notifications position="bottom-right" limit={4} />
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
