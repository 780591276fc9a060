using System.CommandLine;
using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Postgres;
using Ledger.Worlds;

namespace Ledger.Cli;

/// <summary>One call of a command: its parsed arguments and its outputs.</summary>
internal sealed class Session
{
    private readonly ParseResult _parsed;
    private readonly List<ReadStatistics> _reads = [];

    public Session(CommandIo io, ParseResult parsed)
    {
        Io = io;
        _parsed = parsed;
        Out = Printer.On(io);
        Progress = new ProgressBar(io);
    }

    /// <summary>The streams, the environment, the clock.</summary>
    public CommandIo Io { get; }

    /// <summary>Standard output.</summary>
    public Printer Out { get; }

    /// <summary>The bar on standard error.</summary>
    public ProgressBar Progress { get; }

    /// <summary>Whether <c>--json</c> asks for one JSON document instead of text.</summary>
    public bool Json => Get(CommonOptions.Json);

    /// <summary>The names of the schemas. Statements have no time limit, because a person can stop them.</summary>
    public PostgresOptions Options
    {
        get
        {
            var options = new PostgresOptions
            {
                CommandTimeout = TimeSpan.FromMinutes(10),
                RetryFor = TimeSpan.FromSeconds(Get(CommonOptions.RetryFor)),
            };
            return Get(CommonOptions.Schema) is { } schema ? options with { EventSchema = schema, LedgerSchema = schema } : options;
        }
    }

    /// <summary>How to treat events that cannot be applied to a world.</summary>
    public WorldFaults Faults => Get(CommonOptions.Strict) ? WorldFaults.Throw : WorldFaults.Skip;

    public T? Get<T>(Option<T> option) => _parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => _parsed.GetValue(argument)!;

    /// <summary>The costs of this call's reads, in order; empty without <c>--stats</c>.</summary>
    public IReadOnlyList<ReadStatistics> Reads => Get(CommonOptions.Stats) ? _reads : [];

    /// <summary>A collector for a read of this call.</summary>
    public ReadStatistics NewRead(IProgress<long>? progress = null)
    {
        var statistics = new ReadStatistics(progress);
        _reads.Add(statistics);
        return statistics;
    }

    /// <summary>Connects to the database and makes sure that its schema is up to date.</summary>
    public Task<LedgerConnection> ConnectAsync(CancellationToken cancellationToken) =>
        LedgerConnection.OpenAsync(this, cancellationToken);
}
