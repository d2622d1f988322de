"""SCIM 2.0 over the catalog: where each part of the standard lives.

    RFC 7643 §2, §7     attributes and their characteristics      attributes
    RFC 7643 §4, §8.7   User, Group, the enterprise extension     schemas, extensions
    RFC 7643 §5, §6     what the server does; resource types      discovery, resources
    RFC 7644 §2         authentication                            app
    RFC 7644 §3.3–3.6   create, read, replace, modify, delete     endpoints; users and groups
    RFC 7644 §3.4.2.2   filters                                   filters, filter_tree, matching, selecting
    RFC 7644 §3.4.2–3   lists, searches, sorting, pages           listing, paging; RFC 9865's cursors too
    RFC 7644 §3.5.2     PATCH                                     patch, paths, member_edits
    RFC 7644 §3.7       bulk                                      bulk
    RFC 7644 §3.9       attributes, excludedAttributes            projection
    RFC 7644 §3.12      errors                                    errors, answers
    RFC 7644 §3.14      versions                                  versions
    RFC 7644 §4         discovery                                 discovery
    beyond the RFCs     what clients send instead                 dialects

The engine (attributes, schemas, extensions, names, reading, json_boundary, filter_tree, filters, matching, paths,
patch, member_edits, projection, errors, dialects) is pure: values in, values out.
"""
