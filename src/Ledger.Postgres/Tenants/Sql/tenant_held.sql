-- Holds the session to row-level security, which the copy of a whole log must not be held to.
select set_config('row_security', 'on', false)
