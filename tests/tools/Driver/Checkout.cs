namespace OrleansSocial.Driver;

/// <summary>The checkout that the running program was built in.</summary>
public static class Checkout
{
    /// <summary>Its folder.</summary>
    /// <exception cref="InvalidOperationException">The program does not run from inside a checkout.</exception>
    public static string Root { get; } = FindRoot();

    /// <summary>The assembly of another project, built in the same configuration as the running program.</summary>
    /// <exception cref="InvalidOperationException">It is not built.</exception>
    public static string Assembly(string project, string file)
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var path = Path.Combine(Root, project, "bin", configuration, "net10.0", file);
        return File.Exists(path) ? path : throw new InvalidOperationException($"Build {project} first: dotnet build -c {configuration} {project}");
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OrleansSocial.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("This program runs from inside the checkout.");
    }
}
