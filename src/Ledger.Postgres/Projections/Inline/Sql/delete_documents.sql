-- Deletes documents that are locked. {documents} their table; $1 ids.
-- By their places, so that no plan that was made on an empty table scans a full one.
delete from {documents} as d
where d.ctid = any (array(
    select k.ctid
    from unnest($1::text[]) as n (id)
    cross join lateral (
        select m.ctid
        from {documents} as m
        where m.id = n.id
        limit 1) as k))
