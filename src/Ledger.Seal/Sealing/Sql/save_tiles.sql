-- Writes tiles, those that have grown in place: $1 their levels, $2 their numbers, $3 their hashes.
insert into {ledger}.seal_tile as t (level, tile, hashes)
select n.level, n.tile, n.hashes
from unnest($1::smallint[], $2::bigint[], $3::bytea[]) as n (level, tile, hashes)
on conflict ({tenant_key}level, tile) do update set hashes = excluded.hashes
