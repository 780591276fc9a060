using Ledger.Explorer.Access;
using Ledger.Explorer.Api;
using Ledger.Explorer.Live;
using Ledger.Explorer.Projections;
using Ledger.Explorer.Worlds;
using Ledger.Explorer.Writing;
using Ledger.Log;
using Ledger.Postgres.Contracts;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Queries;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Runs;
using Ledger.Seal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ledger.Explorer;

/// <summary>The services that all requests to one explorer share.</summary>
internal sealed class ExplorerServices
{
    public ExplorerServices(AgentLedger ledger, LedgerExplorerOptions options, string prefix, IServiceProvider application)
    {
        Ledger = ledger;
        Options = options;
        Prefix = prefix;
        Application = application;
        Loggers = application.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        TimeProvider = application.GetService<TimeProvider>() ?? TimeProvider.System;
        Search = LogSearch.Of(ledger.Store);
        Worlds = new WorldSource(ledger, TimeProvider);
        Summaries = ledger.Summaries;
        Follower = new RunFollower(this);
        Access = new AccessGuard(options.Tokens, new AccessCookie(application, TimeProvider));
        Forgery = new FormGuard(application);
        Answers = new KeptAnswers(TimeProvider);
        Admin = application.GetService<ProjectionAdmin>();
        Migrator = application.GetService<LedgerMigrator>();
        Seal = application.GetService<LogSeal>();
        Runner = application.GetService<IRunRunner>();
        Queries = application.GetService<SqlQueries>();
        Contracts = application.GetService<EventContractTable>();
        Quotas = application.GetService<LogQuotas>();
        Rebuilds = new Rebuilds(Admin, Loggers.CreateLogger("Ledger.Explorer"));
    }

    public AgentLedger Ledger { get; }

    public LedgerExplorerOptions Options { get; }

    /// <summary>The path of the explorer in the application, without a trailing slash.</summary>
    public string Prefix { get; }

    /// <summary>The path of the list of tenants, without a trailing slash; null where there is one log.</summary>
    public string? Home { get; init; }

    /// <summary>The container of the application.</summary>
    public IServiceProvider Application { get; }

    public ILoggerFactory Loggers { get; }

    public TimeProvider TimeProvider { get; }

    public ILogSearch Search { get; }

    public WorldSource Worlds { get; }

    /// <summary>How the runs are doing, and what their calls cost.</summary>
    public IRunSummaries Summaries { get; }

    public RunFollower Follower { get; }

    /// <summary>Who comes in.</summary>
    public AccessGuard Access { get; }

    public FormGuard Forgery { get; }

    public KeptAnswers Answers { get; }

    /// <summary>For files that are imported, each up to the limit of the options.</summary>
    public UploadRoom RoomForFiles { get; } = new(4);

    /// <summary>For exports that are made whole in memory.</summary>
    public UploadRoom RoomForExports { get; } = new(2);

    /// <summary>For requests with spans.</summary>
    public UploadRoom RoomForSpans { get; } = new(8);

    /// <summary>Manages projections; null if the application has not registered it.</summary>
    public ProjectionAdmin? Admin { get; }

    /// <summary>Manages the schema; null if the application has not registered it.</summary>
    public LedgerMigrator? Migrator { get; }

    /// <summary>The seal of the log; null if the application has not registered it.</summary>
    public LogSeal? Seal { get; }

    /// <summary>Runs agents on; null if the application has not registered one.</summary>
    public IRunRunner? Runner { get; }

    /// <summary>Answers questions in SQL; null if the application has not registered it.</summary>
    public SqlQueries? Queries { get; }

    /// <summary>The contracts that applications declared; null if the application has not registered it.</summary>
    public EventContractTable? Contracts { get; }

    /// <summary>What the log may have at most; null if the application has not registered it.</summary>
    public LogQuotas? Quotas { get; }

    public Rebuilds Rebuilds { get; }
}
