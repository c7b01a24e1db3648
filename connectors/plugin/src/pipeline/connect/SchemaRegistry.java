package pipeline.connect;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Schemas from a registry that speaks Confluent's interface.
 *
 * <p>Only the registry can say that it does not know a schema; any other answer, or none, is waited out.
 */
final class SchemaRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaRegistry.class);
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int CONNECT_MS = 5_000;
    private static final int READ_MS = 10_000;
    private static final int MOST_BYTES = 16 * 1024 * 1024;
    private static final long FIRST_DELAY_MS = 250;
    private static final long LONGEST_DELAY_MS = 5_000;
    /**
     * Subject, version and schema not found, in Confluent's API reference; a proxy's or a wrong path's 404 has
     * another code, or none.
     */
    private static final Set<Integer> NOT_FOUND = Set.of(40401, 40402, 40403);

    private final List<URL> bases = new ArrayList<>();
    private final String authorization;
    private final long patienceMs;

    /**
     * @param urls one or more, tried in turn
     * @param user name and password with a colon between them; empty for none
     * @param patienceMs how long a registry that does not answer is waited for
     */
    SchemaRegistry(List<String> urls, String user, long patienceMs) {
        urls.forEach(url -> bases.add(parsed(url)));
        if (bases.isEmpty()) {
            throw unusable();
        }
        authorization = user.isEmpty() ? null
                : "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
        this.patienceMs = patienceMs;
    }

    private static URL parsed(String url) {
        try {
            URI uri = new URI(url.strip().replaceAll("/+$", "") + "/");
            if (Set.of("http", "https").contains(String.valueOf(uri.getScheme())) && uri.getHost() != null
                    && uri.getUserInfo() == null) {
                return uri.toURL();
            }
        } catch (URISyntaxException | IOException error) {
            // Said below, without the text, which may have a password in it.
        }
        throw unusable();
    }

    private static ConfigException unusable() {
        return new ConfigException(StrictAvroConverter.URL + " is not a list of http or https addresses; a user and"
                + " password belong in " + StrictAvroConverter.USER_INFO);
    }

    /**
     * The registry's answer for an id: its {@code schema}, {@code schemaType} and {@code references}.
     *
     * @return null if the registry does not know the id
     * @throws RegistryUnavailableError it did not answer in time
     */
    JsonNode fetch(int id) {
        return fetch("schemas/ids/" + id);
    }

    /** The same for a version of a subject, which is how schemas refer to others. */
    JsonNode fetch(String subject, int version) {
        // A blank in a path is no plus.
        String encoded = URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
        return fetch("subjects/" + encoded + "/versions/" + version);
    }

    private JsonNode fetch(String path) {
        long deadline = System.nanoTime() + patienceMs * 1_000_000;
        for (long delay = FIRST_DELAY_MS;; delay = Math.min(2 * delay, LONGEST_DELAY_MS)) {
            StringBuilder problems = new StringBuilder();
            for (URL base : bases) {
                try {
                    return ask(base, path);
                } catch (IOException error) {
                    problems.append(problems.isEmpty() ? "" : "; ").append(base).append(": ")
                            .append(Refusal.shown(error.toString()));
                }
            }
            if (System.nanoTime() + delay * 1_000_000 > deadline) {
                throw new RegistryUnavailableError("the schema registry did not give the schema of " + path
                        + " in " + patienceMs + " ms (" + StrictAvroConverter.PATIENCE + "): " + problems
                        + ". Its message is the next to be read when the task is restarted");
            }
            LOG.warn("Waiting for the schema registry, for {}: {}", path, problems);
            try {
                Thread.sleep(delay);
            } catch (InterruptedException error) {
                Thread.currentThread().interrupt();
                throw new RegistryUnavailableError("interrupted while waiting for the schema registry: " + problems);
            }
        }
    }

    private JsonNode ask(URL base, String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) new URL(base, path).openConnection();
        connection.setConnectTimeout(CONNECT_MS);
        connection.setReadTimeout(READ_MS);
        // To another address it would take the password along.
        connection.setInstanceFollowRedirects(false);
        connection.setRequestProperty("Accept", "application/vnd.schemaregistry.v1+json, application/json");
        if (authorization != null) {
            connection.setRequestProperty("Authorization", authorization);
        }
        int status = connection.getResponseCode();
        JsonNode answer = body(status < 400 ? connection.getInputStream() : connection.getErrorStream());
        if (status == 200 && answer.path("schema").isTextual()) {
            return answer;
        }
        if (status == 404 && NOT_FOUND.contains(answer.path("error_code").asInt())) {
            return null;
        }
        throw new IOException("HTTP " + status + (status == 200 ? " without a schema" : ""));
    }

    private static JsonNode body(InputStream stream) throws IOException {
        if (stream == null) {
            return MAPPER.nullNode();
        }
        try (stream) {
            return MAPPER.readTree(stream.readNBytes(MOST_BYTES));
        } catch (JacksonException error) {
            return MAPPER.nullNode();
        }
    }
}
