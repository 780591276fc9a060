-- The table of a projection with a row an event.
create table seen (
    seq_id bigint not null primary key,
    stream text not null,
    type text not null
)
