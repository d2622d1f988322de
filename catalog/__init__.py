"""The catalog: a company's people and teams, and who was on which team when. It knows no transport.

The glossary; each noun, and what SCIM and GraphQL call it:

    account       the tenant; every row belongs to one            –                       account
    user          a person, also after they have left             User                    User
    deactivated   may not sign in, stays on their teams           active: false           deactivatedAt
    attributes    what the provider sent of a person              the User itself         attributes
    team          a group of people, in a tree                    Group                   Team
    membership    one period of a person on a team                members                 memberships
    integration   a connection to an identity provider            the client              integration
    external id   what an integration calls somebody; no key      externalId              externalIds
    token         a credential, shown once                        the bearer token        apiToken
    change        one transaction with its audit events           –                       –
    delivery      one request of a provider, as the log keeps it  –                       provisioningEvent
    letter        a mail, in the outbox until it is sent          –                       –

Reads take an `Actor`, writes take a `Change` (`catalog.changes`). Conditions are values (`catalog.selection`), and SQL
is made of them in one place (`catalog.sql`).
"""
