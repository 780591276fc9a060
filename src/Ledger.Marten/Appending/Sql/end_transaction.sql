-- Nothing, for a session that has only taken locks: its save has something to run then, and commits. No parameters, no result.
do $$ begin end $$
