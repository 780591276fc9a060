-- Drops a new table that is not wanted. {shadow}: its name.
drop table if exists {shadow}
