// What administrators do at their provider. The names are those of each provider's own screens.

export interface Step {
  what: string;
  /** Name, value, and whether it is to be copied literally. */
  values?: [name: string, value: string, canCopy?: boolean][];
  code?: string;
}

export type Provider = "okta" | "entra" | "onelogin" | "other";

const FIRST_PERSON =
  "Assign one person first, and look at Health and log here: what arrives, arrives in seconds. Then assign the rest.";

export const PROVIDERS: Record<Provider, { label: string; steps: (scimUrl: string) => Step[] }> = {
  okta: {
    label: "Okta",
    steps: (scimUrl) => [
      { what: "In the Okta Admin Console, open the application, then Provisioning → Integration → Edit." },
      {
        what: "Enter:",
        values: [
          ["SCIM connector base URL", scimUrl, true],
          ["Unique identifier field for users", "userName", true],
          [
            "Supported provisioning actions",
            "Import New Users and Profile Updates, Push New Users, Push Profile Updates, Push Groups",
          ],
          ["Authentication Mode", "HTTP Header"],
          ["Authorization", "the API token from above"],
        ],
      },
      { what: "Press Test Connector Configuration, then Save. The first two marks beside here turn green." },
      { what: "Under Provisioning → To App, switch on Create Users, Update User Attributes and Deactivate Users." },
      { what: FIRST_PERSON },
      {
        what: "Under Push Groups, push the groups that are to be teams. Okta does not support one group for both assigning the application and pushing: use two.",
      },
    ],
  },
  entra: {
    label: "Entra",
    steps: (scimUrl) => [
      {
        what: "In the Entra admin center, open Enterprise applications → your application → Provisioning, mode Automatic.",
      },
      {
        what: "Under Admin Credentials, enter:",
        values: [
          ["Tenant URL", scimUrl, true],
          ["Secret Token", "the API token from above"],
        ],
      },
      { what: "Press Test Connection, then Save. The first two marks beside here turn green." },
      {
        what: "Under Mappings, keep userPrincipalName → userName, and objectId → externalId, for people and for groups.",
      },
      { what: "Press Provision on demand for one person first, and look at Health and log here." },
      {
        what: "Under Users and groups, assign the groups that are to be teams. Then Start provisioning; Entra comes by every 40 minutes.",
      },
    ],
  },
  onelogin: {
    label: "OneLogin",
    steps: (scimUrl) => [
      { what: "In the OneLogin administration, add the application SCIM Provisioner with SAML (SCIM v2 Core)." },
      {
        what: "Under Configuration, enter:",
        values: [
          ["SCIM Base URL", scimUrl, true],
          ["SCIM Bearer Token", "the API token from above"],
        ],
      },
      { what: "Press Enable next to API Status. The first two marks beside here turn green." },
      { what: "Under Provisioning, switch on Enable provisioning, for Create, Delete and Update of users." },
      { what: "Under Parameters → Groups, tick Include in User Provisioning, and map roles to groups by rules." },
      { what: FIRST_PERSON },
    ],
  },
  other: {
    label: "Other",
    steps: (scimUrl) => [
      {
        what: "Any client of SCIM 2.0 (RFC 7643, RFC 7644) is welcome. It needs:",
        values: [
          ["Base URL", scimUrl, true],
          ["Authentication", "Authorization: Bearer, with the API token from above"],
          ["Unique name of a person", "userName", true],
        ],
      },
      {
        what: "Try it from a terminal:",
        code: `curl -H "Authorization: Bearer $TOKEN" \\\n  "${scimUrl}/Users?count=1"`,
      },
      { what: FIRST_PERSON },
    ],
  },
};
