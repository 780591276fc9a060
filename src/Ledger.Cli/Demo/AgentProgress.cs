namespace Ledger.Cli.Demo;

/// <summary>How far the agent is with the files.</summary>
/// <param name="Done">The files read.</param>
/// <param name="Total">The files listed.</param>
internal readonly record struct AgentProgress(int Done, int Total);
