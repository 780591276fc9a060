using System.CommandLine;
using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Postgres;
using Ledger.Worlds;

namespace Ledger.Cli;

/// <summary>One call of a command: what was asked, and where the answer goes.</summary>
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

    /// <summary>Whether one JSON document is wanted instead of text.</summary>
    public bool Json => Get(CommonOptions.Json);

    /// <summary>The names of the schemas. Statements may take long, because a person can stop them.</summary>
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

    /// <summary>What becomes of events that cannot be applied to a world.</summary>
    public WorldFaults Faults => Get(CommonOptions.Strict) ? WorldFaults.Throw : WorldFaults.Skip;

    public T? Get<T>(Option<T> option) => _parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => _parsed.GetValue(argument)!;

    /// <summary>What the reads of this call cost, in order; empty unless <c>--stats</c> is given.</summary>
    public IReadOnlyList<ReadStatistics> Reads => Get(CommonOptions.Stats) ? _reads : [];

    /// <summary>A collector for a read of this call.</summary>
    public ReadStatistics NewRead(IProgress<long>? progress = null)
    {
        var statistics = new ReadStatistics(progress);
        _reads.Add(statistics);
        return statistics;
    }

    /// <summary>Connects to the database, whose schema is up to date then.</summary>
    public Task<LedgerConnection> ConnectAsync(CancellationToken cancellationToken) =>
        LedgerConnection.OpenAsync(this, cancellationToken);
}
