-- Nothing, to know what a round trip costs.
select 1
