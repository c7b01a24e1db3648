package pipeline.connect;

/** The plugin's version, as Connect lists it. */
final class Version {
    static final String OF_PLUGIN = "1.0.0";

    private Version() {
    }
}
