-- The time between two inline projections, asked for only while somebody measures them. One row, known by its column's name.
select clock_timestamp() as ledger_projection_clock
