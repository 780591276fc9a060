-- Writes documents of streams, unless one of the same or a later version exists. {documents} their table; $1 streams, $2 documents, $3 their versions, $4 the
-- type.
insert into {documents} as d (id, data, mt_last_modified, mt_dotnet_type, mt_version)
select n.id, n.data, transaction_timestamp(), $4, n.version
from unnest($1::text[], $2::jsonb[], $3::bigint[]) as n (id, data, version)
on conflict ({tenant_key}id) do update set
    data = excluded.data,
    mt_last_modified = excluded.mt_last_modified,
    mt_dotnet_type = excluded.mt_dotnet_type,
    mt_version = excluded.mt_version
where d.mt_version < excluded.mt_version
