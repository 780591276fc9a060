-- Where the numbers that events get are put beside those that they have.
create temp table moved_number (
    old bigint primary key,
    new bigint not null
)
