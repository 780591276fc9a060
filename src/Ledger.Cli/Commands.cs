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

    public static RootCommand Create()
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
        root.Add(new DemoCommand());
        root.Add(Group(
            "run",
            "Starts, lists, adds up, renames, labels and archives runs.",
            new RunStartCommand(),
            new RunListCommand(),
            new RunTotalsCommand(),
            new RunRenameCommand(),
            new RunLabelCommand(),
            new RunArchiveCommand()));
        root.Add(new AppendCommand());
        root.Add(new EventsCommand());
        root.Add(new LogCommand());
        root.Add(new SearchCommand());
        root.Add(new QueryCommand());
        root.Add(new StatusCommand());
        root.Add(new WorldCommand());
        root.Add(new ObjectCommand());
        root.Add(new NeighboursCommand());
        root.Add(new ForkCommand());
        root.Add(new BranchesCommand("branches"));
        root.Add(Group("branch", "Lists branches; 'ledger fork' creates one.", new BranchesCommand("list")));
        root.Add(new DiffCommand());
        root.Add(new MergeCommand());
        root.Add(new CherryPickCommand());
        root.Add(new RebaseCommand());
        root.Add(new SnapshotCommand());
        root.Add(new ReplayCommand());
        root.Add(Group("worlds", "Manages the stored rows of worlds.", new WorldsIndexCommand()));
        root.Add(new TraceCommand());
        root.Add(new BlameCommand());
        root.Add(new DivergenceCommand());
        root.Add(Group(
            "calls",
            "Shows the calls of a run that have not ended, and settles those whose end is unknown.",
            new CallsListCommand(),
            new CallsReleaseCommand(),
            new CallsAnswerCommand()));
        root.Add(Group("budget", "Shows and sets what the calls of a run and its branches, or of a task, may cost.", new BudgetShowCommand(), new BudgetSetCommand(), new BudgetJoinCommand()));
        root.Add(Group(
            "approvals",
            "Shows the calls of a run that need approval, and decides on them.",
            new ApprovalsListCommand(),
            ApprovalsDecideCommand.Approve(),
            ApprovalsDecideCommand.Deny()));
        root.Add(new ServeCommand());
        root.Add(Group("token", "Makes tokens for 'ledger serve'.", new TokenCreateCommand()));
        root.Add(new GraphCommand());
        root.Add(new ImportCommand());
        root.Add(new ExportCommand());
        root.Add(Group(
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
            new ChronoMigrateCommand()));
        root.Add(Group(
            "projections",
            "Lists, pauses, resumes and rebuilds asynchronous projections.",
            new ProjectionsListCommand(),
            new ProjectionsStatusCommand(),
            new ProjectionsPauseCommand(),
            new ProjectionsResumeCommand(),
            new ProjectionsDeadLettersCommand(),
            new ProjectionsStepCommand(),
            new ProjectionsRebuildCommand()));
        root.Add(Group(
            "task",
            "Saves and shows the tasks of agents.",
            new TaskListCommand(),
            new TaskShowCommand(),
            new TaskTreeCommand(),
            new TaskSaveCommand(),
            new TaskCompleteCommand()));
        root.Add(Group("call", "Saves and shows the calls that agents made.", new CallListCommand(), new CallShowCommand(), new CallSaveCommand()));
        root.Add(Group("message", "Saves and shows the messages of a task.", new MessageListCommand(), new MessageSaveCommand()));
        root.Add(new RecoverCommand());
        root.Add(new InvokeCommand());
        root.Add(Group("bus", "Lists the abilities that programs and agents can call.", new BusListCommand()));
        root.Add(new McpCommand());
        root.Add(Group(
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
            new SealExportCommand()));
        root.Add(new MaskCommand());
        root.Add(new ForgetCommand());
        root.Add(Group(
            "retention",
            "Removes what policies no longer keep, archived to files, never what branches share, and restores it.",
            new RetentionPlanCommand(),
            new RetentionRunCommand(),
            new RetentionReportCommand(),
            new RetentionHoldCommand(),
            new RetentionRestoreCommand()));
        root.Add(Group(
            "schema",
            "Shows and compares the contracts of events: the JSON Schemas of their data.",
            new SchemaExportCommand(),
            new SchemaCheckCommand(),
            new SchemaStatusCommand()));
        root.Add(Group(
            "roles",
            "Makes and checks the roles of a log: who may read, append, audit, operate and migrate.",
            new RolesCreateCommand(),
            new RolesCheckCommand(),
            new RolesScriptCommand()));
        root.Add(Group(
            "migrate",
            "Updates the schema of a database, and shows how it differs.",
            new MigrateApplyCommand(),
            new MigrateAssertCommand(),
            new MigrateRepairCommand(),
            new MigrateTagsCommand(),
            new MigrateScriptCommand(),
            new MigrateListCommand()));
        root.Add(new DoctorCommand());
        root.Add(Group(
            "tenants",
            "Manages the databases of tenants, of which each has its own.",
            new TenantsListCommand(),
            new TenantsAddCommand(),
            new TenantsRemoveCommand(),
            new TenantsMigrateCommand(),
            new TenantsMoveCommand(),
            new TenantsDaemonCommand()));
        root.Add(Group(
            "db",
            "Starts, stops and finds your private PostgreSQL server, which is used when no other is named.",
            new DbStartCommand(),
            new DbStopCommand(),
            new DbStatusCommand(),
            new DbPathCommand()));
        root.Add(Group(
            "profile",
            "Keeps settings by a name, such as the connection of a server.",
            new ProfileListCommand(),
            new ProfileShowCommand(),
            new ProfileSetCommand(),
            new ProfileRemoveCommand()));
        root.Add(new CompletionCommand());
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
