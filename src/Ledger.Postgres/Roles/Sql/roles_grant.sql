-- Gives a role rights.
grant {rights} on {objects} to {role};
