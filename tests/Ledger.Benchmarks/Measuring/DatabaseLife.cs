namespace Ledger.Benchmarks.Measuring;

/// <summary>How long a database is used.</summary>
internal enum DatabaseLife
{
    /// <summary>Each contender gets a new one in each round; contenders warm up in it themselves.</summary>
    Measurement,

    /// <summary>One serves all rounds of a scenario; a first round, which is not counted, warms up.</summary>
    Scenario,
}
