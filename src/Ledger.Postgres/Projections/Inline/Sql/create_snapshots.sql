-- Makes the table of a snapshot's documents, as Marten does, if it is not there; an existing one needs no privilege.
-- {table} its name, {table_text} its qualified name as a string constant.
do $documents$
begin
    if to_regclass({table_text}) is null then
        create table {events}.{table} (
            id varchar not null,
            data jsonb not null,
            mt_last_modified timestamptz default (transaction_timestamp()),
            mt_dotnet_type varchar,
            mt_version bigint not null default 0,
            constraint pkey_{table}_id primary key (id)
        );
    end if;
end
$documents$;
