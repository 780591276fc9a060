using System.CommandLine;
using Ledger.Cli.Connections;

namespace Ledger.Cli.Profiles;

/// <summary><c>ledger profile set</c></summary>
internal sealed class ProfileSetCommand : LedgerCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The profile; it is created if it does not exist." };
    private readonly Option<bool> _default = new("--default") { Description = "Use it wherever no profile is named." };

    public ProfileSetCommand()
        : base("set", "Sets what the options --connection, --schema, --retry-for, --output and --utc say for this call, for each call with the profile. "
            + "An empty text unsets --connection, --schema or --output, and --utc false unsets --utc.")
    {
        Add(_name);
        Add(_default);
        Examples =
        [
            "ledger profile set work --connection postgresql://ledger@db.example/ledger --default",
            "ledger profile set work --schema app --utc",
            "ledger run list --profile work",
        ];
    }

    // Its --output is for later calls.
    public override bool ListsRows => true;

    public override bool NeedsNoProfile => true;

    public override Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var (file, name) = (ProfileFile.Read(session.Io), session.Get(_name));
        if (string.IsNullOrWhiteSpace(name))
        {
            throw new UsageException("A profile has a name.");
        }

        var before = file.Profiles.GetValueOrDefault(name) ?? new Profile();
        var connection = Changed(before.Connection, session.Get(CommonOptions.Connection));
        if (connection is not null)
        {
            ServerAddress.Check(CommonOptions.Connection.Name, connection);
        }

        file.Profiles[name] = new Profile
        {
            Connection = connection,
            Schema = Changed(before.Schema, session.Get(CommonOptions.Schema)),
            RetryFor = session.Get(CommonOptions.RetryFor) ?? before.RetryFor,
            Output = Changed(before.Output, session.Get(CommonOptions.Output)),
            Utc = !session.IsGiven(CommonOptions.Utc) ? before.Utc : session.Get(CommonOptions.Utc) ? true : null,
        };
        file = file with { Default = session.Get(_default) ? name : file.Default };
        file.Write(session.Io);
        ProfileText.Print(session, name, file);
        return Task.CompletedTask;
    }

    private static string? Changed(string? before, string? given) => given is "" ? null : given ?? before;
}
