-- Raises the version of the touched streams' documents by one event, without changing them. {documents} their table; $1 the prefix of the streams' names, $2
-- the document before the first event, $3 the type.
insert into {documents} as d (id, data, mt_last_modified, mt_dotnet_type, mt_version)
select s.stream, $2, transaction_timestamp(), $3, s.last
from {ledger}.touched_v1() as s
where starts_with(s.stream, $1)
  and not exists (select from {ledger}.branch as b where b.stream = s.stream)
on conflict ({tenant_key}id) do update set
    mt_last_modified = excluded.mt_last_modified,
    mt_version = excluded.mt_version
where d.mt_version < excluded.mt_version
