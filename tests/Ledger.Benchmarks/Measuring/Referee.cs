using Ledger.Testing;

namespace Ledger.Benchmarks.Measuring;

/// <summary>Lets the contenders of a scenario have their turns: A B A B …</summary>
internal sealed class Referee(TestPostgres server, Workload workload, Action<string> progress)
{
    public async Task<IReadOnlyList<Round>> RunAsync(Scenario scenario, CancellationToken cancellationToken) =>
        scenario.Life == DatabaseLife.Scenario
            ? await RunOnOneDatabaseAsync(scenario, cancellationToken)
            : await RunOnNewDatabasesAsync(scenario, cancellationToken);

    private async Task<IReadOnlyList<Round>> RunOnNewDatabasesAsync(Scenario scenario, CancellationToken cancellationToken)
    {
        var rounds = new List<Round>();
        for (var i = 0; i < workload.Rounds; i++)
        {
            var round = new Round();
            foreach (var contender in scenario.Contenders)
            {
                progress($"{scenario.Name}: round {i + 1} of {workload.Rounds}, {contender.Name}");
                await using var bench = await OpenAsync(scenario, cancellationToken);
                round[contender] = await MeasureAsync(contender, bench, cancellationToken);
            }

            rounds.Add(round);
        }

        return rounds;
    }

    private async Task<IReadOnlyList<Round>> RunOnOneDatabaseAsync(Scenario scenario, CancellationToken cancellationToken)
    {
        progress($"{scenario.Name}: preparing");
        await using var bench = await OpenAsync(scenario, cancellationToken);
        var rounds = new List<Round>();
        for (var i = workload.WarmsUp ? 0 : 1; i <= workload.Rounds; i++)
        {
            var round = new Round();
            foreach (var contender in scenario.Contenders)
            {
                progress($"{scenario.Name}: {(i == 0 ? "warm-up" : $"round {i} of {workload.Rounds}")}, {contender.Name}");
                round[contender] = await MeasureAsync(contender, bench, cancellationToken);
            }

            if (i > 0)
            {
                rounds.Add(round);
            }
        }

        return rounds;
    }

    private async Task<Workbench> OpenAsync(Scenario scenario, CancellationToken cancellationToken)
    {
        var bench = new Workbench(await scenario.CreateDatabaseAsync(server, workload, cancellationToken), workload);
        try
        {
            await scenario.PrepareAsync(bench, cancellationToken);
            return bench;
        }
        catch
        {
            await bench.DisposeAsync();
            throw;
        }
    }

    private static Task<Measurement> MeasureAsync(Contender contender, Workbench bench, CancellationToken cancellationToken)
    {
        // The garbage of one contender must not be collected in another's time.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return contender.MeasureAsync(bench, cancellationToken);
    }
}
