-- $1 number, $2 name, $3 checksum, $4 the program's version.
insert into {ledger}.migration (number, name, checksum, applied_at, applied_by)
values ($1, $2, $3, clock_timestamp(), $4);
