-- Keeps the server from compiling the statements that follow in the same batch, or in the transaction of the caller.
select set_config('jit', 'off', true)
