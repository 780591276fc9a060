-- Writes documents that are locked, each in its place. {documents} their table; $1 ids, $2 documents, $3 the type.
insert into {documents} as d (id, data, mt_last_modified, mt_dotnet_type)
select n.id, n.data, transaction_timestamp(), $3
from unnest($1::text[], $2::jsonb[]) as n (id, data)
on conflict ({tenant_key}id) do update set
    data = excluded.data,
    mt_last_modified = excluded.mt_last_modified,
    mt_dotnet_type = excluded.mt_dotnet_type
