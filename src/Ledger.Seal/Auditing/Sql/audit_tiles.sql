-- Tiles of a level in order: $1 the level, $2 the first, $3 the last.
select t.tile, t.hashes
from {ledger}.seal_tile as t
where t.level = $1
  and t.tile between $2 and $3
order by t.tile
