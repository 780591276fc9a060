-- The head of the tree, and the last tile of each level as of one moment, with that moment. One row a tile, and one without a tile where the tree is empty.
select h.size, h.seq, t.level, t.tile, t.hashes, pg_current_snapshot()::text
from {ledger}.seal_head as h
left join lateral (
    select s.level, s.tile, s.hashes
    from generate_series(0, 7) as l (level)
    join {ledger}.seal_tile as s
        on s.level = l.level
       and s.tile = h.size >> (8 * (l.level + 1))) as t on true
