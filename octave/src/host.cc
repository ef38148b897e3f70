// What bindings share with the core outside the mathematics: options, threads, devices.

#include "glue.h"

#include <dlfcn.h>
#include <vector>

#include "backend.h"

namespace sgdlangevin
{
  // A cell array of strings, and the C strings in it.
  struct string_list
  {
    explicit string_list (const octave_value& value) : strings (value.cellstr_value ())
    {
      for (octave_idx_type i = 0; i < strings.numel (); i++)
        names.push_back (strings(i));
      for (const auto& name : names)
        pointers.push_back (name.c_str ());
    }

    int size () const { return static_cast<int> (pointers.size ()); }

    Array<std::string> strings;
    std::vector<std::string> names;
    std::vector<const char *> pointers;
  };

  // (argument, value, choices): nothing, or the error that names the nearest choice.
  SGDLANGEVIN_ENTRY (match_option)
  {
    call_context ctx;
    std::string argument = args(0).string_value (), value = text (args(1), argument.c_str ());
    string_list choices (args(2));
    int index;
    ctx.check (sgdl_match_option (ctx, argument.c_str (), value.c_str (), choices.pointers.data (),
                                  choices.size (), &index));
    return ovl ();
  }

  // (function, name, known names): always the error that names the nearest known name.
  SGDLANGEVIN_ENTRY (unknown_argument)
  {
    call_context ctx;
    std::string function = args(0).string_value (), name = args(1).string_value ();
    string_list known (args(2));
    ctx.check (sgdl_unknown_argument (ctx, function.c_str (), name.c_str (), known.pointers.data (),
                                      known.size ()));
    return ovl ();
  }

  // (value, argument, types): nothing, or the error that names the functions to call.
  SGDLANGEVIN_ENTRY (expect_type)
  {
    require_type (args(0), args(1).string_value ().c_str (), args(2).cellstr_value ());
    return ovl ();
  }

  // (value, argument): true or false, or the error.
  SGDLANGEVIN_ENTRY (flag_value)
  {
    return ovl (flag (args(0), args(1).string_value ().c_str ()));
  }

  // (value, argument): the same as a full double matrix, or the error.
  SGDLANGEVIN_ENTRY (matrix_value)
  {
    return ovl (real_matrix (args(0), args(1).string_value ().c_str ()));
  }

  // (n): sets the number of threads unless n is []; the number before.
  SGDLANGEVIN_ENTRY (threads)
  {
    if (args(0).isempty ())
      return ovl (get_threads ());
    return ovl (set_threads (static_cast<int> (whole_number (args(0), "n", 0))));
  }

  // Where this file is: plug-ins are beside it.
  static std::string own_folder ()
  {
    Dl_info self;
    if (! dladdr (reinterpret_cast<void *> (&set_backend), &self) || ! self.dli_fname)
      return "";
    std::string file = self.dli_fname;
    return file.substr (0, file.find_last_of ('/'));
  }

  // (device): the core works on it until the next call; the name of the backend that this means.
  SGDLANGEVIN_ENTRY (use_device)
  {
    set_backend (nullptr);
    call_context ctx;
    const sgdl_backend *backend = nullptr;
    ctx.check (sgdl_backend_open (ctx, text (args(0), "device").c_str (), nullptr, own_folder ().c_str (), &backend,
                                  nullptr));
    set_backend (backend);
    return ovl (backend->name);
  }

  // (): the device of the CPU, that of the CUDA backend ("": none) and why there is none.
  SGDLANGEVIN_ENTRY (devices)
  {
    (void) args;
    call_context ctx;
    const sgdl_backend *backend = nullptr;
    char note[SGDL_MESSAGE_SIZE];
    ctx.check (sgdl_backend_open (ctx, "auto", nullptr, own_folder ().c_str (), &backend, note));
    return ovl (sgdl_backend_cpu ()->device, sgdl_backend_is_cpu (backend) ? "" : backend->device, note);
  }
}
