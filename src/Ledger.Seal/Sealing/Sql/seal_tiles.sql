-- Tiles: $1 their levels, $2 their numbers.
select t.level, t.tile, t.hashes
from unnest($1::smallint[], $2::bigint[]) as n (level, tile)
join {ledger}.seal_tile as t
    on t.level = n.level
   and t.tile = n.tile
