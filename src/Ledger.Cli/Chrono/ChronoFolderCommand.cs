using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary>A command on a project and a folder.</summary>
internal abstract class ChronoFolderCommand : ChronoCommand
{
    private readonly Argument<string> _folder;

    protected ChronoFolderCommand(string name, string description, string folder)
        : base(name, description) => Add(_folder = StreamArgument.Create(folder, "FOLDER"));

    protected string FolderOf(Session session) => session.Get(_folder) is { Length: > 0 } folder
        ? folder
        : throw new UsageException("FOLDER is empty; name a folder.");

    protected override void Check(Session session) => FolderOf(session);

    /// <summary>Shows what was written.</summary>
    protected static void ShowHead(Session session, string project, string done, ChainHead head)
    {
        if (!session.Json)
        {
            session.Out.Line($"{done}, at {head}.");
            return;
        }

        session.Out.Json(ProjectContract.Of(project, head), ContractContext.Default.ProjectContract);
    }
}
