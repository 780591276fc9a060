-- Makes a place for documents that do not exist, so that two appends that make one wait for each other. {documents} their table;
-- $1 ids, sorted by code point. No reader sees a place: it is written or deleted before the transaction ends.
insert into {documents} (id, data)
select n.id, 'null'
from unnest($1::text[]) as n (id)
on conflict ({tenant_key}id) do nothing
