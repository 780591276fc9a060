-- The snapshots of worlds: documents as Marten keeps them, one for each run or branch, the newest.
-- {events} is the schema of the event tables; the documents of Marten are in the same.
-- mt_version is the version of the stream that the document stands for. It holds nothing that the log does not say: the table may
-- be emptied at any time.

create table if not exists {events}.mt_doc_ledger_world (
    id varchar not null,
    data jsonb not null,
    mt_last_modified timestamptz default (transaction_timestamp()),
    mt_dotnet_type varchar,
    mt_version bigint not null default 0,
    constraint pkey_mt_doc_ledger_world_id primary key (id)
);
