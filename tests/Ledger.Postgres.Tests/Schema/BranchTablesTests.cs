using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Schema;

public sealed class BranchTablesTests
{
    [Theory]
    [InlineData("run:a", "fk_branch_parent")]
    [InlineData("branch:b", "fk_branch_parent")]
    [InlineData("run:far", "fk_branch_root")]
    [InlineData("run:taken", "fk_branch_segment_stream")]
    public async Task Delete_StreamThatABranchNeeds_IsRefused(string stream, string constraint)
    {
        await using var database = await CreateTreeAsync();

        var refusal = await Should.ThrowAsync<PostgresException>(
            () => database.ExecuteAsync($"delete from log.mt_streams where id = '{stream}'"));

        refusal.ConstraintName.ShouldBe(constraint);
        (await database.AskAsync<long>("select count(*) from log.mt_streams")).ShouldBe(6);
    }

    [Fact]
    public async Task Delete_Leaf_TakesItsPlaceInTheTree()
    {
        await using var database = await CreateTreeAsync();

        await database.ExecuteAsync("delete from log.mt_streams where id = 'branch:c'");

        (await database.AskAsync<string>("select string_agg(stream, ',' order by stream) from ledger.branch")).ShouldBe("branch:b,branch:d");
        (await database.AskAsync<long>("select count(*) from ledger.branch_segment where branch = 'branch:c'")).ShouldBe(0);
        await database.ExecuteAsync("delete from log.mt_streams where id = 'branch:b'");
    }

    [Theory]
    [InlineData("update ledger.branch set fork_position = -1", "ck_branch_fork_position")]
    [InlineData("update ledger.branch_segment set taken = 0", "ck_branch_segment_taken")]
    [InlineData("insert into ledger.branch_segment values ('branch:b', 'run:a', 1)", "pk_branch_segment")]
    [InlineData("update ledger.branch_segment set stream = branch", "ck_branch_segment_stream")]
    [InlineData("update ledger.branch_segment set stream = 'run:unknown'", "fk_branch_segment_stream")]
    [InlineData("update ledger.branch set segment_taken = '{}'", "ck_branch_segments")]
    public async Task Write_WhatIsNoLineage_IsRefused(string write, string constraint)
    {
        await using var database = await CreateTreeAsync();

        (await Should.ThrowAsync<PostgresException>(() => database.ExecuteAsync(write))).ConstraintName.ShouldBe(constraint);
    }

    private static async Task<MigrationDatabase> CreateTreeAsync()
    {
        var database = await MigrationDatabase.CreateMigratedAsync();
        await database.ExecuteAsync(
            """
            insert into log.mt_streams (id, version)
            values ('run:a', 3), ('run:far', 0), ('run:taken', 2), ('branch:b', 2), ('branch:c', 1), ('branch:d', 1);
            insert into ledger.branch (stream, parent, root, fork_position, segment_stream, segment_taken, name, created_at)
            values
                ('branch:b', 'run:a', 'run:a', 2, '{run:a}', '{2}', 'first', now()),
                ('branch:c', 'branch:b', 'run:a', 3, '{run:a,branch:b}', '{2,1}', null, now()),
                ('branch:d', 'run:a', 'run:far', 2, '{run:taken}', '{2}', null, now());
            insert into ledger.branch_segment (branch, stream, taken)
            values ('branch:b', 'run:a', 2), ('branch:c', 'branch:b', 1), ('branch:d', 'run:taken', 2);
            """);
        return database;
    }
}
