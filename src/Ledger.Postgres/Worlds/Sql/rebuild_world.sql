-- Makes the rows of worlds anew: of the stream $1, or of all where it is null. How many streams.
select {ledger}.rebuild_world($1)
