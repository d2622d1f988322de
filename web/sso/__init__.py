"""Single sign-on: what passes between browsers, identity providers and Muster. Who it is, the catalog decides.

routes.py      the addresses below /auth/oidc and /auth/saml, and what every one of them does
oidc.py        OpenID Connect 1.0, as a relying party (Authlib, joserfc)
saml.py        SAML 2.0, as a service provider: metadata, requests, responses
assertions.py  which part of a SAML response is believed (signxml)
fetching.py    the only way to a provider's own addresses, guarded against leading elsewhere
pages.py       the few sentences that a person reads when it did not work
"""
