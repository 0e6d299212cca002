using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <content>Extensions: objects beside the grain's own that are called through their own interfaces, on the same turns.</content>
internal sealed partial class Activation
{
    public TExtensionInterface GetExtension<TExtensionInterface>()
        where TExtensionInterface : class, IGrainExtension =>
        GetComponent(typeof(TExtensionInterface)) as TExtensionInterface ?? throw NotInstalled(typeof(TExtensionInterface));

    public (TExtension Extension, TExtensionInterface ExtensionReference) GetOrSetExtension<TExtension, TExtensionInterface>(
        Func<TExtension> newExtensionFunc)
        where TExtension : class, TExtensionInterface
        where TExtensionInterface : class, IGrainExtension
    {
        ArgumentNullException.ThrowIfNull(newExtensionFunc);
        var known = Extras.GetOrAddComponent(typeof(TExtensionInterface), newExtensionFunc);
        var extension = known as TExtension
            ?? throw new InvalidOperationException($"{GrainId} has another extension for {typeof(TExtensionInterface)} already: {known.GetType()}.");
        return (extension, GrainReference.Cast<TExtensionInterface>());
    }

    private static bool IsExtension(Type type) => type.IsInterface && typeof(IGrainExtension).IsAssignableFrom(type);

    private object? InstallExtension(Type extensionInterface) =>
        ActivationServices.GetKeyedService<IGrainExtension>(extensionInterface) is { } made
            ? Extras.GetOrAddComponent(extensionInterface, () => made)
            : null;

    // Null when the request was failed instead.
    private object? ExtensionFor(Request request)
    {
        try
        {
            var extensionInterface = request.Reference.Shared.Interface;
            return GetComponent(extensionInterface) ?? throw NotInstalled(extensionInterface);
        }
        catch (Exception exception)
        {
            request.FailStart(exception);
            return null;
        }
    }

    private GrainExtensionNotInstalledException NotInstalled(Type extensionInterface) => new(
        $"{GrainId} has no extension for {extensionInterface}: install one with AddGrainExtension on its silo, or with GetOrSetExtension on its activation.");
}
