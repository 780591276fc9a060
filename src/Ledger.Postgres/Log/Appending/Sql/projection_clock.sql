-- The time between two inline projections, queried only while they are measured. One row, recognised by its column name.
select clock_timestamp() as ledger_projection_clock
