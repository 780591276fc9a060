-- Whether the current user has the rights of a role. $1 the role.
select pg_has_role($1::name, 'usage')
