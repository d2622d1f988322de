// Questions that analysts and administrators ask, to begin with.

export interface Example {
  title: string;
  about: string;
  query: string;
}

export const EXAMPLES: Example[] = [
  {
    title: "Who is on a team",
    about: "Members with their role, and since when.",
    query: `query WhoIsOnATeam {
  account {
    team(alias: "platform") {
      name
      memberships(first: 100) {
        totalCount
        nodes {
          role
          validFrom
          user { name email title }
        }
      }
    }
  }
}`,
  },
  {
    title: "Who was on it then",
    about: "The same, at the end of a day in the account's time zone.",
    query: `query WhoWasOnATeam {
  account {
    team(alias: "platform") {
      name
      memberships(asOf: "2026-03-01", first: 100) {
        asOf
        nodes {
          role
          validFrom
          validTo
          user { name email }
        }
      }
    }
  }
}`,
  },
  {
    title: "Everybody, by pages",
    about: "Give endCursor as after until hasNextPage is false.",
    query: `query Everybody($after: String) {
  account {
    users(first: 500, after: $after) {
      nodes { id name email title department status manager { email } }
      pageInfo { hasNextPage endCursor }
      totalCount
    }
  }
}`,
  },
  {
    title: "People by department",
    about: "Counted by the server, the largest first.",
    query: `query PeopleByDepartment {
  account {
    usersCountedBy(field: "department", where: { field: "status", value: "active" }, first: 50) {
      nodes { value count }
    }
  }
}`,
  },
  {
    title: "Headcount by month",
    about: "Active people, joiners and leavers.",
    query: `query Headcount {
  account {
    headcount(from: "2026-01-01", every: month) { at active joined left moved }
  }
}`,
  },
  {
    title: "Who joined and left",
    about: "Changes of memberships between two days.",
    query: `query JoinersAndLeavers {
  account {
    membershipChanges(from: "2026-01-01", to: "2026-02-01", first: 100) {
      nodes { at type team { name } user { name email } role previousRole }
      pageInfo { hasNextPage endCursor }
    }
  }
}`,
  },
  {
    title: "Teams without a manager",
    about: "Those whose manager is null.",
    query: `query TeamsWithoutAManager {
  account {
    teams(first: 500) {
      nodes { name manager { name } }
    }
  }
}`,
  },
  {
    title: "People on no team",
    about: "Those without any teams.",
    query: `query PeopleOnNoTeam {
  account {
    users(first: 500, where: { field: "status", value: "active" }) {
      nodes { name email department teams(first: 1) { nodes { name } } }
    }
  }
}`,
  },
  {
    title: "How big each team was",
    about: "With the teams below it, by the tree of that day.",
    query: `query HowBigTeamsWere {
  account {
    teams(asOf: "2026-03-01", first: 500) {
      asOf
      nodes { name memberships(scope: all, first: 1) { totalCount } }
    }
  }
}`,
  },
  {
    title: "What changes, as a feed",
    about: "In the order of commits; keep endCursor and go on from there.",
    query: `query Feed($after: String) {
  account {
    changes(first: 100, after: $after) {
      nodes { cursor kind action at isDeleted id user { name } team { name } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`,
  },
  {
    title: "The tree of teams",
    about: "From the top, with who manages each.",
    query: `query Tree {
  account {
    teams(roots: true, first: 50) {
      nodes {
        name
        managers(first: 3) { nodes { name } }
        children(first: 50) { nodes { name memberships(first: 1) { totalCount } } }
      }
    }
  }
}`,
  },
];
