-- Records which projections of Marten the application has, for those who list them. $1 the names of their progress, $2 their kinds.
-- One that runs in every append is never paused, and could not be resumed.
insert into {ledger}.projection_shard as s (name, kind, state)
select n.name, n.kind, 'running'
from unnest($1::text[], $2::text[]) as n (name, kind)
order by n.name collate "C"
on conflict ({tenant_key}name) do update set
    kind = excluded.kind,
    state = case excluded.kind when 'marten inline' then 'running' else s.state end
where s.kind like 'marten%'
  and (s.kind <> excluded.kind
    or (excluded.kind = 'marten inline' and s.state <> 'running'))
