using System.CommandLine;
using System.CommandLine.Help;
using Ledger.Cli.Approvals;
using Ledger.Cli.Branches;
using Ledger.Cli.Budgets;
using Ledger.Cli.Bus;
using Ledger.Cli.Calls;
using Ledger.Cli.Causality;
using Ledger.Cli.Chrono;
using Ledger.Cli.Completions;
using Ledger.Cli.Contracts;
using Ledger.Cli.Demo;
using Ledger.Cli.Doctor;
using Ledger.Cli.Events;
using Ledger.Cli.Explorer;
using Ledger.Cli.Files;
using Ledger.Cli.Forgetting;
using Ledger.Cli.Local;
using Ledger.Cli.Migrations;
using Ledger.Cli.Profiles;
using Ledger.Cli.Projections;
using Ledger.Cli.Queries;
using Ledger.Cli.Retention;
using Ledger.Cli.Roles;
using Ledger.Cli.Runs;
using Ledger.Cli.Seals;
using Ledger.Cli.Tasks;
using Ledger.Cli.Tenants;
using Ledger.Cli.Worlds;

namespace Ledger.Cli;

/// <summary>The tree of commands.</summary>
internal static class Commands
{
    /// <summary>A first tour of the commands, for the help of <c>ledger</c> itself.</summary>
    public static IReadOnlyList<string> Examples { get; } =
    [
        "ledger demo",
        "ledger run start --id first",
        "ledger append first --type object.created --data '{\"id\": \"c1\", \"type\": \"Claim\"}'",
        "ledger events first",
        "ledger fork first --at 1 --id second",
        "ledger diff first second",
    ];

    // In the order of the help. Each by its name, so that a call makes the one that it names: all of them take longer than many a command.
    private static readonly (string Name, Func<Command> Create)[] All =
    [
        ("demo", static () => new DemoCommand()),
        ("run", static () => Group(
            "run",
            "Starts, lists, adds up, renames, labels and archives runs.",
            new RunStartCommand(),
            new RunListCommand(),
            new RunTotalsCommand(),
            new RunRenameCommand(),
            new RunLabelCommand(),
            new RunArchiveCommand())),
        ("append", static () => new AppendCommand()),
        ("events", static () => new EventsCommand()),
        ("log", static () => new LogCommand()),
        ("search", static () => new SearchCommand()),
        ("query", static () => new QueryCommand()),
        ("status", static () => new StatusCommand()),
        ("world", static () => new WorldCommand()),
        ("object", static () => new ObjectCommand()),
        ("neighbours", static () => new NeighboursCommand()),
        ("fork", static () => new ForkCommand()),
        ("branches", static () => new BranchesCommand("branches")),
        ("branch", static () => Group("branch", "Lists branches; 'ledger fork' creates one.", new BranchesCommand("list"))),
        ("diff", static () => new DiffCommand()),
        ("merge", static () => new MergeCommand()),
        ("cherry-pick", static () => new CherryPickCommand()),
        ("rebase", static () => new RebaseCommand()),
        ("snapshot", static () => new SnapshotCommand()),
        ("replay", static () => new ReplayCommand()),
        ("worlds", static () => Group("worlds", "Manages the stored rows of worlds.", new WorldsIndexCommand())),
        ("trace", static () => new TraceCommand()),
        ("blame", static () => new BlameCommand()),
        ("divergence", static () => new DivergenceCommand()),
        ("calls", static () => Group(
            "calls",
            "Shows the calls of a run that have not ended, and settles those whose end is unknown.",
            new CallsListCommand(),
            new CallsReleaseCommand(),
            new CallsAnswerCommand())),
        ("budget", static () => Group("budget", "Shows and sets what the calls of a run and its branches, or of a task, may cost.", new BudgetShowCommand(), new BudgetSetCommand(), new BudgetJoinCommand())),
        ("approvals", static () => Group(
            "approvals",
            "Shows the calls of a run that need approval, and decides on them.",
            new ApprovalsListCommand(),
            ApprovalsDecideCommand.Approve(),
            ApprovalsDecideCommand.Deny())),
        ("serve", static () => new ServeCommand()),
        ("token", static () => Group("token", "Makes tokens for 'ledger serve'.", new TokenCreateCommand())),
        ("graph", static () => new GraphCommand()),
        ("import", static () => new ImportCommand()),
        ("export", static () => new ExportCommand()),
        ("chrono", static () => Group(
            "chrono",
            "Stores records of what an agent believes; each change is an event in a hash chain.",
            new ChronoUpsertCommand(),
            new ChronoDeleteCommand(),
            new ChronoGetCommand(),
            new ChronoQueryCommand(),
            new ChronoCountCommand(),
            new ChronoHistoryCommand(),
            new ChronoReplayCommand(),
            new ChronoVerifyCommand(),
            new ChronoHeadCommand(),
            new ChronoCompactCommand(),
            new ChronoRebuildCommand(),
            new ChronoBackupCommand(),
            new ChronoRestoreCommand(),
            new ChronoImportCommand(),
            new ChronoExportCommand(),
            new ChronoMigrateCommand())),
        ("projections", static () => Group(
            "projections",
            "Lists, pauses, resumes and rebuilds asynchronous projections.",
            new ProjectionsListCommand(),
            new ProjectionsStatusCommand(),
            new ProjectionsPauseCommand(),
            new ProjectionsResumeCommand(),
            new ProjectionsDeadLettersCommand(),
            new ProjectionsStepCommand(),
            new ProjectionsRebuildCommand())),
        ("task", static () => Group(
            "task",
            "Saves and shows the tasks of agents.",
            new TaskListCommand(),
            new TaskShowCommand(),
            new TaskTreeCommand(),
            new TaskSaveCommand(),
            new TaskCompleteCommand())),
        ("call", static () => Group("call", "Saves and shows the calls that agents made.", new CallListCommand(), new CallShowCommand(), new CallSaveCommand())),
        ("message", static () => Group("message", "Saves and shows the messages of a task.", new MessageListCommand(), new MessageSaveCommand())),
        ("recover", static () => new RecoverCommand()),
        ("invoke", static () => new InvokeCommand()),
        ("bus", static () => Group("bus", "Lists the abilities that programs and agents can call.", new BusListCommand())),
        ("mcp", static () => new McpCommand()),
        ("seal", static () => Group(
            "seal",
            "Seals the log by a Merkle tree with signed checkpoints, proves events and runs, and finds what was changed.",
            new SealKeygenCommand(),
            new SealStatusCommand(),
            new SealCheckpointCommand(),
            new SealCosignCommand(),
            new SealWitnessCommand(),
            new SealProveCommand(),
            new SealConsistencyCommand(),
            new SealVerifyCommand(),
            new SealAuditCommand(),
            new SealExportCommand())),
        ("mask", static () => new MaskCommand()),
        ("forget", static () => new ForgetCommand()),
        ("retention", static () => Group(
            "retention",
            "Removes what policies no longer keep, archived to files, never what branches share, and restores it.",
            new RetentionPlanCommand(),
            new RetentionRunCommand(),
            new RetentionReportCommand(),
            new RetentionHoldCommand(),
            new RetentionRestoreCommand())),
        ("schema", static () => Group(
            "schema",
            "Shows and compares the contracts of events: the JSON Schemas of their data.",
            new SchemaExportCommand(),
            new SchemaCheckCommand(),
            new SchemaStatusCommand())),
        ("roles", static () => Group(
            "roles",
            "Makes and checks the roles of a log: who may read, append, audit, operate and migrate.",
            new RolesCreateCommand(),
            new RolesCheckCommand(),
            new RolesScriptCommand())),
        ("migrate", static () => Group(
            "migrate",
            "Updates the schema of a database, and shows how it differs.",
            new MigrateApplyCommand(),
            new MigrateAssertCommand(),
            new MigrateRepairCommand(),
            new MigrateTagsCommand(),
            new MigrateScriptCommand(),
            new MigrateListCommand())),
        ("doctor", static () => new DoctorCommand()),
        ("tenants", static () => Group(
            "tenants",
            "Manages tenants: each with a database of its own, many in one schema, or in a pool of databases.",
            new TenantsListCommand(),
            new TenantsAddCommand(),
            new TenantsRemoveCommand(),
            new TenantsMigrateCommand(),
            new TenantsMoveCommand(),
            new TenantsDaemonCommand(),
            new TenantsQuotaCommand(),
            new TenantsDatabasesCommand(),
            new TenantsAddDatabaseCommand())),
        ("db", static () => Group(
            "db",
            "Starts, stops and finds your private PostgreSQL server, which is used when no other is named.",
            new DbStartCommand(),
            new DbStopCommand(),
            new DbStatusCommand(),
            new DbPathCommand())),
        ("profile", static () => Group(
            "profile",
            "Keeps settings by a name, such as the connection of a server.",
            new ProfileListCommand(),
            new ProfileShowCommand(),
            new ProfileSetCommand(),
            new ProfileRemoveCommand())),
        ("completion", static () => new CompletionCommand()),
    ];

    public static RootCommand Create() => Create(only: null);

    /// <summary>The tree as far as a call needs it: with all commands, unless it begins with the name of one.</summary>
    public static RootCommand CreateFor(IReadOnlyList<string> args) => Create(args.Count > 0 && All.Any(command => command.Name == args[0]) ? args[0] : null);

    private static RootCommand Create(string? only)
    {
        var root = new RootCommand(
            "Records what an agent does as an append-only log in PostgreSQL: read it, fork it, compare. "
            + "Exit codes: 0 done, 1 refused and nothing written, 2 a wrong command line.")
        {
            HelpName = "ledger",
        };
        root.Add(CommonOptions.Json);
        root.Add(CommonOptions.Output);
        root.Add(CommonOptions.Connection);
        root.Add(CommonOptions.Schema);
        root.Add(CommonOptions.Tenant);
        root.Add(CommonOptions.RetryFor);
        root.Add(CommonOptions.Profile);
        root.Add(CommonOptions.Utc);
        root.Add(CommonOptions.NoPager);
        foreach (var (name, create) in All)
        {
            if (only is null || only == name)
            {
                root.Add(create());
            }
        }

        foreach (var option in root.Options)
        {
            if (option is HelpOption help)
            {
                // Those of Windows; a completion would offer them beside every command.
                help.Aliases.Remove("/?");
                help.Aliases.Remove("/h");
                help.Action = new HelpWithExamples();
            }
            else if (option is VersionOption version)
            {
                version.Action = new PrintVersion();
            }
        }

        return root;
    }

    private static Command Group(string name, string description, params LedgerCommand[] commands)
    {
        var group = new Command(name, description);
        foreach (var command in commands)
        {
            group.Add(command);
        }

        return group;
    }
}
