namespace Ledger.Conformance.Conventions;

/// <summary>The folder that the solution lies in, found from where the tests run.</summary>
public static class SourceTree
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Ledger.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("Ledger.sln is in no folder above the tests. Run them inside the source tree.");
    }
}
