namespace Ledger.Cli.Demo;

/// <summary>The parts of the agent's work, as the events name them in <c>source</c>.</summary>
internal static class DemoPhase
{
    /// <summary>What the agent calls itself in <c>actor</c>.</summary>
    public const string Actor = "codebase-agent";

    /// <summary>Lists the folder.</summary>
    public const string List = "demo/list";

    /// <summary>Reads the files.</summary>
    public const string Read = "demo/read";

    /// <summary>Relates the files to each other.</summary>
    public const string Relate = "demo/relate";

    /// <summary>Forks the run.</summary>
    public const string Fork = "demo/fork";

    /// <summary>Judges what is there.</summary>
    public const string Judge = "demo/judge";
}
