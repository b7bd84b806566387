"""Who may do what: the roles' permissions, and the tables that name every endpoint's."""
