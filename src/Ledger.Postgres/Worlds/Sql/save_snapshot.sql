-- Saves a snapshot, unless a later one is stored: $1 stream, $2 document, $3 full name of its .NET type, $4 version. The rows changed.
insert into {events}.mt_doc_ledger_world as d (id, data, mt_last_modified, mt_dotnet_type, mt_version)
values ($1, $2, transaction_timestamp(), $3, $4)
on conflict (id) do update
set data = excluded.data,
    mt_last_modified = excluded.mt_last_modified,
    mt_dotnet_type = excluded.mt_dotnet_type,
    mt_version = excluded.mt_version
where d.mt_version <= excluded.mt_version
